const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** "42 s", "3.5 min", "2 h", "1.5 d": how long something took, to two figures. */
export function describeTaken(seconds: number): string {
  const [size, unit] =
    seconds < MINUTE
      ? [seconds, "s"]
      : seconds < HOUR
        ? [seconds / MINUTE, "min"]
        : seconds < DAY
          ? [seconds / HOUR, "h"]
          : [seconds / DAY, "d"];
  return `${size < 10 ? Number(size.toFixed(1)) : Math.round(size)} ${unit}`;
}
