/** Starts the app and hands it to the one element that draws it; it does nothing else. */
import { start } from "./app/start.ts";
import "./ui/app.ts";
import { awaitOffer } from "./ui/installing.ts";

awaitOffer();
const screen = document.querySelector("td-app");
if (screen) (screen as HTMLElement & { app: unknown }).app = await start();
