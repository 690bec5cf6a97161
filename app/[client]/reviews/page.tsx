import type { Metadata } from "next";
import { NoCaseChosen } from "@/components/reviews/no-case-chosen";

export const metadata: Metadata = { title: "Reviews" };

export default function Reviews() {
  return <NoCaseChosen />;
}
