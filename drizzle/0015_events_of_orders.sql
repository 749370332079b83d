ALTER TABLE "orders"
	ADD COLUMN "event_id" bigint;
--> statement-breakpoint
CREATE INDEX "orders_event_id_id_idx" ON "orders" USING btree ("event_id","id") WHERE event_id is not null;
