CREATE TABLE "idempotency_keys" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"status" bigint,
	"body" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_scope_key_pk" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
DROP INDEX "orders_user_uuid_idx";--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "reservation_id" bigint;--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_reservation_id_reservations_id_fk" FOREIGN KEY ("reservation_id") REFERENCES "public"."reservations"("id") ON DELETE set null ON UPDATE cascade;--> statement-breakpoint
CREATE INDEX "orders_user_uuid_id_idx" ON "orders" USING btree ("user_uuid","id");--> statement-breakpoint
CREATE INDEX "orders_reservation_id_idx" ON "orders" USING btree ("reservation_id");