import {
  Collector,
  Constant,
  Emitter,
  FromArray,
  Integrate,
  Lambda,
  Layout,
  Router,
  struct,
  Tap,
  ToCallback,
  type ComponentRef,
  type Emitted,
  type RunningLayout,
  type StructView,
  type Wiring,
} from '../../src/layout/index.js';

const Pose = struct({ x: 'f64', y: 'f64' });
const Image = struct({ pixels: ['u8', 8, 8] });
const Stamped = struct({ time: 'f64', x: 'f64', y: 'f64' });

class Poses extends Emitter<typeof Pose> {
  compute(out: StructView<typeof Pose>): void {
    out.x = 1;
  }
}

class Stamps extends Emitter<typeof Stamped> {
  static readonly output = Stamped;

  compute(): { x: number } {
    return { x: 1 };
  }
}

class Texts extends Emitter<string> {
  compute(): string {
    return '';
  }
}

class Anything extends Emitter {
  compute(): Emitted<unknown> {
    return undefined;
  }
}

class Draw extends Router<[typeof Image, typeof Pose], typeof Image> {
  compute(_image: StructView<typeof Image>, _pose: StructView<typeof Pose>, out: StructView<typeof Image>): void {
    out.pixels.fill(0);
  }
}

class Show extends Collector<[typeof Image]> {
  compute(_: StructView<typeof Image>): void {
    // shows it
  }
}

class Point extends Collector<[{ x: number; y: number }]> {
  compute(_: { x: number; y: number }): void {
    // takes anything with these fields
  }
}

class Read extends Collector<[string]> {
  compute(_: string): void {
    // reads it
  }
}

class Rest extends Collector {
  compute(..._: unknown[]): void {
    // takes whatever comes
  }
}

class Connections extends Layout {
  setup(): void {
    const io = this.context();
    const poses = this.add(io, Poses);
    const draw = this.add(io, Draw);
    const show = this.add(io, Show);
    this.connect(poses, draw);
    this.connect(draw, draw, { policy: 'queue', initial: {} });
    this.connect(draw, show);
    this.connect(poses, this.add(io, Point).with({ name: 'point' }));
    this.connect(this.add(io, Stamps), this.add(io, Point));
    this.connect(poses, this.add(io, Rest));
    // @ts-expect-error -- it takes images, not poses
    this.connect(poses, show);
    // @ts-expect-error -- it takes images and poses, not texts of records
    this.connect(poses, this.add(io, Read));
    // @ts-expect-error -- none of its inputs has only these fields
    this.connect(draw, this.add(io, Point));

    // What says nothing of its values goes anywhere, and so do values that are no records.
    this.connect(this.add(io, Anything), show);
    this.connect(this.add(io, Texts), this.add(io, Read));
    this.connect(poses, this.add(io, Tap, console.log));
    this.connect(this.add(io, Tap, console.log), show);
    this.connect(
      poses,
      this.add(io, Lambda, (pose: StructView<typeof Pose>) => pose.x),
    );
    this.connect(this.add(io, Constant, 'any', 1), show);
    const any: ComponentRef = poses;
    this.connect(any, show);

    this.connect(this.add(io, FromArray, Image, []), show);
    this.connect(poses, this.add(io, Integrate, Pose));
    this.connect(
      poses,
      this.add(io, ToCallback, ({ x }: { x: number }) => x),
    );
    // @ts-expect-error -- it integrates poses
    this.connect(this.add(io, FromArray, Image, []), this.add(io, Integrate, Pose));
    // @ts-expect-error -- these are poses
    this.connect(this.add(io, Constant, Pose, { x: 1 }), show);
  }
}

export async function change(running: RunningLayout, wiring: Wiring): Promise<Layout> {
  const io = running.context();
  const poses = await running.add(io, Poses);
  await running.connect(poses, await running.add(io, Draw));
  // @ts-expect-error -- it takes images, not poses
  await running.connect(poses, await running.add(io, Show));
  wiring.connect(poses, wiring.add(io, Draw));
  // @ts-expect-error -- it takes images, not poses
  wiring.connect(poses, wiring.add(io, Show));
  return new Connections();
}
