import type { Metadata } from "next";
import { NoCaseChosen } from "@/components/reviews/no-case-chosen";

export const metadata: Metadata = { title: "Reviews" };

export default async function Reviews({ params }: { params: Promise<{ client: string }> }) {
  return <NoCaseChosen client={(await params).client} />;
}
