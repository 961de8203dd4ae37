// The steps of the workflow in one row: the summary of the diagram.

import { h } from "./dom.js";
import { PROGRESS, took } from "./words.js";

/** The steps, by the category of their states. The compensation is shown once it has begun. */
const STEPS = { "enrichment": "Enrich", "reserve": "Reserve", "approval-loop": "Approve", "payment": "Pay",
  "status-update": "Complete", "compensation": "Compensate", "notification": "Notify" };
const STRONGEST = ["running", "failed", "aborted", "caught", "compensated", "succeeded"];

/** One entry for each step: its progress, and the time from its first entry to its last exit. */
export const steps = (states) => h("ol", { class: "steps", "aria-label": "Steps" }, ...Object.entries(STEPS).map(([category, title]) => {
  const entered = states.filter((one) => one.category === category && one.entries);
  if (!entered.length && category === "compensation") return null;
  const progress = STRONGEST.find((name) => entered.some((one) => one.progress === name)) ?? "not-reached";
  return h("li", { class: `is-${progress}`, "data-key": category, title: PROGRESS[progress][1] },
    h("strong", {}, title), h("span", {}, `${PROGRESS[progress][0]} ${duration(entered) ?? PROGRESS[progress][1]}`));
}));

/** null while a state of the step is running, or if none was entered. */
function duration(entered) {
  if (!entered.length || entered.some((one) => !one.left_at)) return null;
  const times = (field) => entered.map((one) => one[field]).sort();
  return took(times("entered_at")[0], times("left_at").at(-1));
}
