ALTER TABLE "reservations"
	ADD COLUMN "access_code_id" bigint;
--> statement-breakpoint
CREATE INDEX "reservations_access_code_id_idx" ON "reservations" USING btree ("access_code_id") WHERE access_code_id is not null;
