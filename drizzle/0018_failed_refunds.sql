ALTER TABLE "refunds"
	DROP CONSTRAINT "refunds_status_check",
	ADD COLUMN "failure" text,
	ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL,
	ADD COLUMN "retried_at" timestamp with time zone,
	ADD COLUMN "retry_uuid" text,
	-- The next migration looks at the rows there are, while others write.
	ADD CONSTRAINT "refunds_status_check" CHECK ("refunds"."status" in ('pending', 'succeeded', 'disputed', 'failed')) NOT VALID;
--> statement-breakpoint
CREATE INDEX "refunds_failed_idx" ON "refunds" USING btree ("created_at") WHERE status = 'failed';
