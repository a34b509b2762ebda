import { node } from 'lazydag';

const options = { version: '1' };

/** Another decorator above a node: the method of the prototype is not the node. */
function counted<This>(method: (this: This, x: number) => number): (this: This, x: number) => number {
  return function (this: This, x: number): number {
    return method.call(this, x);
  };
}

export class Scale {
  readonly rate: number = 2;
  @node(options)
  apply(x: number): number {
    return x * this.rate * this.unit();
  }
  @counted
  @node(options)
  counted(x: number): number {
    return x;
  }
  unit(): number {
    return 1;
  }
}

/** Has a method of its own that the node calls. */
export class Metric extends Scale {
  override unit(): number {
    return 10;
  }
  override counted(x: number): number {
    return super.counted(x + 1);
  }
}

/** Its method is another node of the same name. */
export class Imperial extends Scale {
  @node(options)
  override apply(x: number): number {
    return x * 12;
  }
}

/** Its method is one of a class without a name. */
export class Ruler extends class extends Scale {
  @node(options)
  measure(x: number): number {
    return x;
  }
} {}
