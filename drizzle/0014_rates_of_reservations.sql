ALTER TABLE "reservation_tickets"
	ADD COLUMN "rate_id" bigint;
--> statement-breakpoint
CREATE INDEX "reservation_tickets_rate_id_idx" ON "reservation_tickets" USING btree ("rate_id") WHERE rate_id is not null;
