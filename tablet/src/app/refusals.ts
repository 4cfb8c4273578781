/** Faults of the network and refusals of the server, as the screens are told them. */
import { isQuota, StorageFull } from "../store/ledger.ts";
import { SignInNeeded } from "../sync/entrance.ts";
import { Lost, Refused } from "../sync/line.ts";
import { Refusal } from "./facade.ts";

const OURS: Readonly<Record<string, string>> = { too_many_attempts: "throttled" };

/** What a person is told; anything unforeseen stays what it is. */
export function asRefusal(fault: unknown): unknown {
  if (fault instanceof Lost) return new Refusal("offline");
  if (fault instanceof StorageFull || isQuota(fault)) return new Refusal("storage_full");
  if (fault instanceof SignInNeeded) return new Refusal("sign_in_needed");
  if (!(fault instanceof Refused)) return fault;
  const { title, detail } = fault.problem;
  const members = { ...fault.problem, retry_after: fault.retryAfter };
  return new Refusal(OURS[fault.code] ?? fault.code, String(detail ?? title ?? ""), members);
}

/** What the work gives; its fault is one that a person can be told. */
export async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    throw asRefusal(fault);
  }
}
