import {
  Admission,
  FORGOTTEN_AFTER_MS,
  LOADED_MIN,
  LOOK_EVERY_MS,
  UNDER_WAY_MAX,
  UNDER_WAY_MIN,
} from '../../src/http/admission.js';

describe('Admission', () => {
  let nowMs = 0;
  let admission: Admission;
  let underWay: number;
  let utilization: number;

  beforeEach(() => {
    nowMs = 1_000_000;
    utilization = 1;
    admission = new Admission({ now: () => nowMs }, () => utilization);
    underWay = 0;
  });

  /** Lets in as many as possible of so many; how many are under way then. */
  const arrive = (count: number): number => {
    for (let index = 0; index < count; index += 1) if (admission.enter()) underWay += 1;
    return underWay;
  };
  const answer = (count: number): void => {
    for (let index = 0; index < count; index += 1) admission.leave(true);
    underWay -= count;
  };
  /** Twice as many as it answers come all the time: what is under way after each look. */
  const overload = (perLook: number, looks: number): readonly number[] =>
    Array.from({ length: looks }, () => {
      answer(Math.min(perLook, underWay));
      nowMs += LOOK_EVERY_MS;
      return arrive(2 * perLook);
    });

  it('takes a burst of UNDER_WAY_MAX at once, and refuses one more', () => {
    expect(arrive(UNDER_WAY_MAX + 1)).toBe(UNDER_WAY_MAX);
  });

  it('whoever leaves makes room for one more', () => {
    arrive(UNDER_WAY_MAX);
    answer(1);
    expect([admission.enter(), admission.enter()]).toEqual([true, false]);
  });

  it.each([200, 300, 450])('under overload keeps what is answered in half a second: twice %i in 250 ms', (perLook) => {
    arrive(UNDER_WAY_MAX + 1);
    const [last] = overload(perLook, 20).slice(-1);
    expect(last).toBe(2 * perLook);
  });

  it('knows what it can before anybody was refused', () => {
    const [, , , last] = overload(200, 4);
    expect(last).toBe(400);
  });

  it('learns nothing from a time in which it had little to do: then a burst is let in', () => {
    for (let look = 0; look < 8; look += 1) {
      arrive(LOADED_MIN - 1 - underWay);
      nowMs += LOOK_EVERY_MS;
      arrive(1);
      answer(1);
    }
    expect(arrive(UNDER_WAY_MAX)).toBe(UNDER_WAY_MAX);
  });

  it('never goes below UNDER_WAY_MIN, also when nothing is answered', () => {
    arrive(UNDER_WAY_MAX + 1);
    for (let look = 0; look < 2; look += 1) {
      nowMs += LOOK_EVERY_MS;
      arrive(1);
    }
    answer(UNDER_WAY_MAX);
    expect(arrive(UNDER_WAY_MAX)).toBe(UNDER_WAY_MIN);
  });

  it('takes more again when nobody is refused any more', () => {
    arrive(UNDER_WAY_MAX + 1);
    overload(200, 20);
    answer(underWay);
    for (let look = 0; look < 6; look += 1) {
      nowMs += LOOK_EVERY_MS;
      arrive(1);
      answer(1);
    }
    expect(arrive(UNDER_WAY_MAX)).toBe(UNDER_WAY_MAX);
  });

  it('an overload that is long past does not refuse anybody', () => {
    arrive(UNDER_WAY_MAX + 1);
    answer(underWay);
    nowMs += FORGOTTEN_AFTER_MS;
    expect(arrive(UNDER_WAY_MAX)).toBe(UNDER_WAY_MAX);
  });

  it('a process that waits for others is not loaded, however many are under way', () => {
    utilization = 0.79;
    arrive(UNDER_WAY_MAX);
    expect(overload(200, 20).at(-1)).toBe(UNDER_WAY_MAX);
  });

  it('whoever gives up makes room, and does not count as answered', () => {
    arrive(UNDER_WAY_MAX);
    for (let look = 0; look < 3; look += 1) {
      for (let index = 0; index < 400; index += 1) admission.leave(false);
      underWay -= 400;
      nowMs += LOOK_EVERY_MS;
      arrive(800);
    }
    answer(underWay);
    expect(arrive(UNDER_WAY_MAX)).toBe(UNDER_WAY_MIN);
  });

  it('a clock that is set back takes the limit away', () => {
    arrive(UNDER_WAY_MAX);
    overload(200, 8);
    nowMs -= 3_600_000;
    expect(arrive(UNDER_WAY_MAX)).toBe(UNDER_WAY_MAX);
  });
});
