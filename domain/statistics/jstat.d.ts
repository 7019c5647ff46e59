/** The part of jstat that is used here; the package brings no types. */
declare module 'jstat' {
  const jStat: {
    readonly normal: {
      cdf(x: number, mean: number, sd: number): number;
      inv(p: number, mean: number, sd: number): number;
    };
    readonly studentt: { cdf(x: number, df: number): number; inv(p: number, df: number): number };
    readonly chisquare: { cdf(x: number, df: number): number };
  };
  export default { jStat };
}
