-- All tables at once, so that a sale waits before this begins and not in the midst of it; none of what follows reads a row.
LOCK TABLE "ticket_locks", "events", "tickets", "reservation_tickets", "order_tickets", "payments", "refunds", "sandbox_charges"
  IN ACCESS EXCLUSIVE MODE;--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_status_check";--> statement-breakpoint
ALTER TABLE "reservation_tickets" DROP CONSTRAINT "reservation_tickets_ticket_id_tickets_id_fk";
--> statement-breakpoint
ALTER TABLE "order_tickets" ALTER COLUMN "ticket_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "currency" text;--> statement-breakpoint
ALTER TABLE "order_tickets" ADD COLUMN "ticket_uuid" text;--> statement-breakpoint
ALTER TABLE "order_tickets" ADD COLUMN "event_uuid" text;--> statement-breakpoint
ALTER TABLE "order_tickets" ADD COLUMN "seat" text;--> statement-breakpoint
ALTER TABLE "order_tickets" ADD COLUMN "token" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "provider" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "disputed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "provider" text;--> statement-breakpoint
ALTER TABLE "reservation_tickets" ADD COLUMN "ticket_uuid" text;--> statement-breakpoint
ALTER TABLE "reservation_tickets" ADD COLUMN "seat" text;--> statement-breakpoint
ALTER TABLE "sandbox_charges" ADD COLUMN "disputed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "ticket_locks" ADD COLUMN "held_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ticket_locks" ADD COLUMN "adopted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "ticket_locks" ADD COLUMN "note" text;--> statement-breakpoint
-- The next migration looks at the rows there are, while others write.
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_status_check" CHECK ("refunds"."status" in ('pending', 'succeeded', 'disputed')) NOT VALID;
