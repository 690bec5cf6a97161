import { ProblemError } from "@ledgix/contract/problem";
import {
  absenceUpdate,
  batchDecision,
  newComment,
  newSavedView,
  reviewAssignment,
  reviewDecision,
} from "@ledgix/contract/review";
import type { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { principalLabel } from "../access/principal.ts";
import { readStatus } from "../clearance/status.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { type Admit, callOf, type Env } from "../http/admit.ts";
import { parseWith, readBody, readQuery } from "../http/body.ts";
import { heldOpen } from "../http/held.ts";
import { reviewQuery, streamQuery } from "../http/queries.ts";
import { plainAddress } from "../people/address.ts";
import { readPeople } from "../people/directory.ts";
import { listAbsences, setAbsence } from "./absences.ts";
import { assignReview } from "./assign.ts";
import { addComment } from "./comments.ts";
import { decideReview, decideReviews } from "./decide.ts";
import { readReview } from "./get.ts";
import { listReviews } from "./list.ts";
import { followReviews } from "./stream.ts";
import { deleteView, listViews, saveView } from "./views.ts";

/** As often a stream says that it lives, and asks whether its reader still may read. */
const HEARTBEAT_MS = 5_000;
/** Streams that one principal has open at once: as many tabs. */
const MAX_STREAMS = 8;

/** The queue, its cases, and what reviewers keep for themselves. */
export function addReviewRoutes(app: Hono<Env>, deps: VaultDependencies, admit: Admit): void {
  const streams = heldOpen(MAX_STREAMS);
  const { tenants } = deps;
  app.get("/reviews", async (context) => {
    const principal = await admit(context, "reviews:read");
    const database = await tenants.database(principal.clientId);
    return context.json(
      await listReviews(deps, database, readQuery(context, reviewQuery), plainAddress(principalLabel(principal))),
    );
  });
  app.get("/reviews/stream", async (context) => {
    const principal = await admit(context, "reviews:read");
    const database = await tenants.database(principal.clientId);
    const { last_event_id } = parseWith(streamQuery, { last_event_id: context.req.header("last-event-id") }, "invalid_parameter");
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const leave = streams.enter(principal, close);
    // Before the answer begins: what its reader reads from then on, and what comes here, has no gap between.
    const following = await followReviews(database, last_event_id, close).catch((error: unknown) => {
      leave();
      throw error;
    });
    return streamSSE(context, async (stream) => {
      stream.onAbort(close);
      // The reader comes again: to another replica, or to where the tenant's database is now.
      const over = AbortSignal.any([deps.draining, database.replaced]);
      const end = () => close();
      over.addEventListener("abort", end);
      if (over.aborted) end();
      await stream.write(": open\n\n");
      await following.sendTo(({ id, event }) => stream.writeSSE({ id, event: event.type, data: JSON.stringify(event) }));
      // A removed member, an ended session or a revoked key ends the stream. A control plane that is away does not.
      const beat = () =>
        admit(context, "reviews:read", null).then(
          () => stream.write(": still here\n\n"),
          (error: unknown) => error instanceof ProblemError && [401, 403].includes(error.status) && close(),
        );
      const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS);
      await closed;
      over.removeEventListener("abort", end);
      clearInterval(heartbeat);
      leave();
      await following.stop();
    });
  });
  app.get("/reviews/:requestId", async (context) => {
    const principal = await admit(context, "reviews:read");
    const database = await tenants.database(principal.clientId);
    return context.json(await readReview(deps, database, principal, context.req.param("requestId")));
  });
  app.post("/reviews/:requestId/decision", async (context) => {
    // Permission is checked with the case at hand: a client may cancel its own request without being a reviewer.
    const principal = await admit(context, null);
    const { body, raw } = await readBody(context, reviewDecision);
    const database = await tenants.database(principal.clientId);
    const requestId = context.req.param("requestId");
    const decided = await decideReview(deps, database, principal, requestId, body, callOf(context, principal, raw));
    // The token goes to the application that asked; a reviewer reads the case.
    return context.json(
      decided.is_cancel
        ? await readStatus(deps, principal, requestId, 0)
        : await readReview(deps, database, principal, requestId),
    );
  });

  app.post("/reviews/decisions", async (context) => {
    const principal = await admit(context, "reviews:decide");
    const { body } = await readBody(context, batchDecision);
    return context.json(await decideReviews(deps, await tenants.database(principal.clientId), principal, body));
  });
  app.put("/reviews/:requestId/assignment", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, reviewAssignment);
    const database = await tenants.database(principal.clientId);
    await assignReview(deps, database, principal.clientId, context.req.param("requestId"), body.assignee);
    return context.json(await readReview(deps, database, principal, context.req.param("requestId")));
  });
  app.post("/reviews/:requestId/comments", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, newComment);
    const database = await tenants.database(principal.clientId);
    await addComment(deps, database, principal, context.req.param("requestId"), body.text);
    return context.json(await readReview(deps, database, principal, context.req.param("requestId")), 201);
  });
  app.get("/review-views", async (context) => {
    const principal = await admit(context, "reviews:read");
    return context.json(await listViews(await tenants.database(principal.clientId), principal));
  });
  app.post("/review-views", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, newSavedView);
    const database = await tenants.database(principal.clientId);
    await saveView(database, principal, body);
    return context.json(await listViews(database, principal), 201);
  });
  app.delete("/review-views/:viewId", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const database = await tenants.database(principal.clientId);
    await deleteView(database, principal, context.req.param("viewId"));
    return context.json(await listViews(database, principal));
  });
  app.get("/absence", async (context) => {
    const principal = await admit(context, "reviews:read");
    return context.json({ absences: await listAbsences(await tenants.database(principal.clientId)) });
  });
  app.put("/absence", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, absenceUpdate);
    const database = await tenants.database(principal.clientId);
    const people = await readPeople(deps, principal.clientId);
    return context.json({ absences: await setAbsence(database, people, plainAddress(principalLabel(principal)), body.absence) });
  });
}
