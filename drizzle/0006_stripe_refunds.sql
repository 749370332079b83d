CREATE TABLE "stripe_refunds" (
	"key" text PRIMARY KEY NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL
);
