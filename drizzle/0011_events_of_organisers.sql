ALTER TABLE "events"
	ADD COLUMN "organiser_id" bigint,
	ADD COLUMN "status" text DEFAULT 'published' NOT NULL,
	ADD COLUMN "category" text,
	ADD COLUMN "genre" text,
	ADD COLUMN "image_url" text,
	ADD COLUMN "doors_at" timestamp with time zone,
	ADD COLUMN "ends_at" timestamp with time zone,
	ADD COLUMN "on_sale_from" timestamp with time zone,
	ADD COLUMN "on_sale_until" timestamp with time zone,
	ADD COLUMN "ticket_limit" integer,
	ADD COLUMN "sale_currency" text,
	ADD COLUMN "previous_dates" timestamp with time zone[],
	ADD COLUMN "refund_until" timestamp with time zone,
	ADD COLUMN "sequence" integer DEFAULT 0 NOT NULL,
	ADD COLUMN "plan_id" bigint,
	ADD CONSTRAINT "events_organiser_id_organisers_id_fk" FOREIGN KEY ("organiser_id") REFERENCES "public"."organisers"("id") ON DELETE no action ON UPDATE no action,
	ADD CONSTRAINT "events_plan_id_seating_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."seating_plans"("id") ON DELETE no action ON UPDATE no action,
	ADD CONSTRAINT "events_status_check" CHECK ("events"."status" in ('draft', 'published', 'postponed', 'rescheduled', 'cancelled')),
	ADD CONSTRAINT "events_ticket_limit_check" CHECK ("events"."ticket_limit" > 0),
	ADD CONSTRAINT "events_sale_currency_check" CHECK ("events"."sale_currency" ~ '^[A-Z]{3}$');
--> statement-breakpoint
CREATE INDEX "events_organiser_id_idx" ON "events" USING btree ("organiser_id","id") WHERE organiser_id is not null;
--> statement-breakpoint
CREATE INDEX "events_plan_id_idx" ON "events" USING btree ("plan_id") WHERE plan_id is not null;
