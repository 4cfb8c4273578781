/** Whether something can be written into the record now: by this person, and in this state of the inspection. */
import type { Visit } from "../app/facade.ts";
import { takesRecord } from "../rules/workflow.ts";

/** Notes of the team and answers to remarks go on after the signing; what is in the minutes does not. */
export function mayRecord(visit: Visit, operationType: string, entity = ""): boolean {
  return takesRecord(visit.summary.state) && visit.may(operationType, entity);
}
