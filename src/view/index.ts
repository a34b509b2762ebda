// Placeholder until the core lands; the entry point holds named exports only.
export {};
