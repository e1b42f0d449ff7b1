import { describe, expect, it } from 'vitest';
import { type Attempt, Chains } from './chains.ts';

const WINDOW = 300;

function chains() {
  let evicted = 0;
  const made = new Chains(WINDOW, () => {
    evicted += 1;
  });
  let operations = 0;
  return {
    chains: made,
    evictions: () => evicted,
    begin: (tool: string, args: string, at: number): Attempt =>
      made.begin(tool, args, at, `op${++operations}`),
  };
}

describe('a retry chain', () => {
  it('counts tries of the same call after failures, and says what they cost when one succeeds', () => {
    const { chains: c, begin } = chains();
    const first = begin('brew', 'x', 0);
    expect(first).toMatchObject({ number: 1, argumentsChanged: false });
    expect(first.firstOperationId).toBeUndefined();
    c.fail(first, 10, 100);
    const second = begin('brew', 'x', 50);
    expect(second).toMatchObject({ number: 2, firstOperationId: 'op1', argumentsChanged: false });
    c.fail(second, 60, 20);
    const third = begin('brew', 'x', 90);
    expect(third.number).toBe(3);
    expect(c.succeed(third)).toEqual({
      tool: 'brew',
      firstOperationId: 'op1',
      number: 3,
      // From the first attempt's start to its own.
      wastedUs: 90,
      wastedBytes: 120,
    });
    expect(begin('brew', 'x', 95).number).toBe(1);
    expect(c.gaveUp()).toEqual([]);
  });

  it('does not begin after a success', () => {
    const { chains: c, begin } = chains();
    expect(c.succeed(begin('brew', 'x', 0))).toBeUndefined();
    expect(begin('brew', 'x', 1).number).toBe(1);
  });

  const edges = [
    { cell: 'at the last moment of the window', after: WINDOW, number: 2 },
    { cell: 'just past the window', after: WINDOW + 1, number: 1 },
  ];
  it.each(edges)('$cell: attempt $number, counted from the end of the failure', ({ after, number }) => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1000, 1);
    expect(begin('brew', 'x', 1000 + after).number).toBe(number);
  });

  it('goes on with other arguments directly after an error of the same tool', () => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1, 1);
    expect(begin('brew', 'y', 2)).toMatchObject({
      number: 2,
      argumentsChanged: true,
      firstOperationId: 'op1',
    });
  });

  const notDirectly: { cell: string; between: (t: ReturnType<typeof chains>) => void }[] = [
    {
      cell: 'another call of the tool began in between',
      between: ({ begin }) => {
        begin('brew', 'z', 2);
        begin('brew', 'w', 2);
      },
    },
    {
      cell: 'another call of the tool ended well in between',
      between: ({ chains: c }) =>
        c.succeed({
          tool: 'brew',
          argumentsKey: 'o',
          startUs: 0,
          operationId: 'o',
          number: 1,
          argumentsChanged: false,
        }),
    },
  ];
  it.each(notDirectly)('does not go on with other arguments when $cell', ({ between }) => {
    const made = chains();
    made.chains.fail(made.begin('brew', 'x', 0), 1, 1);
    between(made);
    expect(made.begin('brew', 'y', 3)).toMatchObject({ number: 1, argumentsChanged: false });
  });

  it('does not go on with other arguments after a cancellation, which is no error, but does with the same', () => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1, 1, true);
    expect(begin('brew', 'y', 2).number).toBe(1);
    expect(begin('brew', 'x', 3).number).toBe(2);
  });

  it('of one tool says nothing of another', () => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1, 1);
    expect(begin('stir', 'x', 2).number).toBe(1);
    expect(begin('stir', 'y', 2).number).toBe(1);
  });
});

describe('concurrent attempts', () => {
  it('of the same call share the chain that the first failure began', () => {
    const { chains: c, begin } = chains();
    const one = begin('brew', 'x', 0);
    const two = begin('brew', 'x', 1);
    c.fail(one, 10, 5);
    const three = begin('brew', 'x', 20);
    c.fail(two, 30, 7);
    expect(three).toMatchObject({ number: 2, firstOperationId: 'op1' });
    expect(c.succeed(three)).toMatchObject({ number: 2, wastedBytes: 12 });
  });

  it('that outlive a change of arguments still end their chain', () => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1, 1);
    const second = begin('brew', 'x', 2);
    const third = begin('brew', 'x', 3);
    c.fail(second, 4, 1);
    const fourth = begin('brew', 'y', 5);
    expect(fourth).toMatchObject({ number: 4, argumentsChanged: true });
    c.fail(third, 6, 1);
    c.fail(fourth, 7, 1);
    expect(c.gaveUp(8 + WINDOW)).toEqual([
      { tool: 'brew', firstOperationId: 'op1', number: 4, wastedUs: 7, wastedBytes: 4 },
    ]);
  });

  it('keep a chain from giving up while one still runs', () => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1, 1);
    const second = begin('brew', 'x', 2);
    expect(c.gaveUp(10_000)).toEqual([]);
    c.fail(second, 20_000, 1);
    expect(c.gaveUp(20_000 + WINDOW)).toEqual([]);
    expect(c.gaveUp(20_001 + WINDOW)).toMatchObject([{ number: 2, wastedUs: 20_000 }]);
  });
});

describe('giving up', () => {
  it('is no matter of a single failure', () => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1, 1);
    expect(c.gaveUp(1_000_000)).toEqual([]);
    expect(c.gaveUp()).toEqual([]);
  });

  it('happens at once, and once, when the session ends', () => {
    const { chains: c, begin } = chains();
    c.fail(begin('brew', 'x', 0), 1, 3);
    c.fail(begin('brew', 'x', 2), 5, 4);
    expect(c.gaveUp()).toEqual([
      { tool: 'brew', firstOperationId: 'op1', number: 2, wastedUs: 5, wastedBytes: 7 },
    ]);
    expect(c.gaveUp()).toEqual([]);
  });
});

describe('the caps', () => {
  const failed = (tool: string, argumentsKey: string): Attempt => ({
    tool,
    argumentsKey,
    startUs: 0,
    operationId: `${tool} ${argumentsKey}`,
    number: 1,
    argumentsChanged: false,
  });

  it('of 64 tools a session and 32 chains a tool hold, and each eviction is told', () => {
    const { chains: c, evictions } = chains();
    for (let tool = 0; tool < 70; tool++) c.fail(failed(`tool${tool}`, 'x'), 1, 1);
    expect(evictions()).toBe(6);
    for (let args = 0; args < 40; args++) c.fail(failed('tool69', `args${args}`), 1, 1);
    expect(evictions()).toBe(6 + 41 - 32);
  });
});
