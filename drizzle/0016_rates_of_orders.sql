ALTER TABLE "order_tickets"
	ADD COLUMN "rate_id" bigint;
--> statement-breakpoint
CREATE INDEX "order_tickets_rate_id_idx" ON "order_tickets" USING btree ("rate_id") WHERE rate_id is not null;
