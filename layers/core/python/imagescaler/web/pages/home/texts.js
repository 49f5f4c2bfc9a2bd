/** @param {number} count @returns {string} such as "1.2 MB" */
export function bytesText(count) {
  const [divisor, unit] = count < 1e3 ? [1, "bytes"] : count < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
  const digits = count < 1e3 || count / divisor >= 100 ? 0 : 1;
  return `${(count / divisor).toFixed(digits)} ${unit}`;
}

/** @param {{ width: number, height: number }} size @returns {string} such as "800 × 534" */
export const sizeText = ({ width, height }) => `${width} × ${height}`;

/** @param {number} count of seconds @returns {string} such as "340 ms" */
export const secondsText = (count) => (count < 1 ? `${Math.round(count * 1000)} ms` : `${count.toFixed(1)} s`);
