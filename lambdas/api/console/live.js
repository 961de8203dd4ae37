// Looking again and again, as long as the page is seen.

/** Call `look` now and every `seconds`; failures go to `fail`. Returns how to end it, and how to
 * look at once. */
export function live(look, fail, seconds = 2) {
  let ended = false;
  let timer;
  const again = async () => {
    clearTimeout(timer);
    try {
      if (!document.hidden) await look();
    } catch (problem) {
      if (!ended) fail(problem);
      if (problem.status === 401 || problem.status === 404) return;
    }
    if (!ended) timer = setTimeout(again, seconds * 1000);
  };
  const seen = () => document.hidden || again();
  document.addEventListener("visibilitychange", seen);
  again();
  return {
    now: again,
    end: () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}
