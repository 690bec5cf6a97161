import { jsonObject } from "@ledgix/contract/json";
import { type ReviewSettingsUpdate, reviewContent, type ShownReviewSettings } from "@ledgix/contract/settings";
import { useQueryClient } from "@tanstack/react-query";
import { saveReviewSettings } from "@/lib/settings/actions";
import { settingsQuery } from "@/lib/vault/queries";
import { useSettings } from "./use-settings";

/** Saves what a page changes of the review settings, over the version that it showed. */
export function useReviewSettings(client: string) {
  const queries = useQueryClient();
  const show = (settings: ShownReviewSettings) => queries.setQueryData(settingsQuery(client).queryKey, settings) ?? settings;
  return useSettings({
    content: (settings: ShownReviewSettings) => jsonObject.parse(reviewContent.parse(settings)),
    send: (update: ReviewSettingsUpdate, version) => saveReviewSettings(client, update, version),
    onSaved: show,
    onRead: show,
  });
}
