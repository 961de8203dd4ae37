// Looking again and again, as long as the page is seen.

/** Call `look` now and every `seconds`; failures go to `page.fail`, and `page.calm` is told when it
 * works again. Returns how to end it, and how to look at once. */
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
  /** One look at a time: its answers would overtake those of another. */
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
