ALTER TABLE "tickets"
	ADD COLUMN "place" integer,
	ADD COLUMN "category" text,
	ADD COLUMN "hold_back_id" bigint;
