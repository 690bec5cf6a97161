// Loaded before a process's own modules: its clock is SKEW_SECONDS ahead of everybody else's.
const ahead = Number(process.env.SKEW_SECONDS ?? 0) * 1000;
const Real = globalThis.Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + ahead);
    else super(...given);
  }
  static now() {
    return Real.now() + ahead;
  }
};
