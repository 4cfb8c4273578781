/** The app of this page, on this origin and this browser's own storage. */
import { Session } from "./session.ts";

export function start(): Promise<Session> {
  return Session.start({ origin: location.origin, databaseName: "thucdia", isLoopOn: true });
}
