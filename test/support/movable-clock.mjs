/**
 * Preloaded into a node (`node --import`): its wall clock is off by so many milliseconds as its parent last said over
 * the channel, as after somebody set the machine's time. What is monotonic stays so.
 */
let offsetMs = 0;

const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};

process.on('message', ({ clockOffsetMs }) => {
  offsetMs = clockOffsetMs;
  process.send({ clockOffsetMs });
});
process.channel?.unref();
