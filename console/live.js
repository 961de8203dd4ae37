// Polling, while the page is visible.

/** Call `look` now and every `seconds`. Calls `fail` with an error, and `calm` after the next success.
 * Returns `end`, which stops the polling, and `now`, which polls at once. */
export function live(look, { fail, calm }, seconds = 2) {
  let [ended, failing, timer, looking] = [false, false, null, null];
  const again = async () => {
    if (ended) return;
    clearTimeout(timer);
    let hopeless = false;
    try {
      if (!document.hidden) await look();
      if (failing && !ended) calm();
      failing = false;
    } catch (problem) {
      failing = true;
      hopeless = [401, 403, 404, 410].includes(problem.status);
      if (!ended) fail(problem);
    }
    if (!ended && !hopeless) timer = setTimeout(start, seconds * 1000);
  };
  /** One call at a time, because answers of parallel calls could arrive out of sequence. */
  const start = () => {
    looking ??= again().finally(() => { looking = null; });
    return looking;
  };
  const seen = () => document.hidden || ended || start();
  document.addEventListener("visibilitychange", seen);
  start();
  return {
    now: async () => { await looking; await start(); },
    end: () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}
