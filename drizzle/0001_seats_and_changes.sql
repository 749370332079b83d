-- What drizzle-kit cannot express: the unlogged lock table, the triggers and the publication for change data capture.

-- A lock need not survive a crash of the server, so it pays for no WAL.
ALTER TABLE ticket_locks SET UNLOGGED;
--> statement-breakpoint
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER venues_touch BEFORE UPDATE ON venues FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--> statement-breakpoint
CREATE TRIGGER performers_touch BEFORE UPDATE ON performers FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--> statement-breakpoint
CREATE TRIGGER events_touch BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--> statement-breakpoint
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--> statement-breakpoint
CREATE TRIGGER payments_touch BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--> statement-breakpoint
-- Every ticket knows the transaction that last wrote it: a reader that remembers the oldest transaction running at its
-- last snapshot finds all that was committed since by one index scan, whoever wrote it.
CREATE FUNCTION stamp_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  NEW.changed_in := pg_current_xact_id();
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER tickets_stamp BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION stamp_ticket();
--> statement-breakpoint
-- A deleted ticket leaves no row to find, so its event is written instead.
CREATE FUNCTION touch_events_of_deleted_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE events SET updated_at = now() WHERE id IN (SELECT DISTINCT event_id FROM gone);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER tickets_gone AFTER DELETE ON tickets
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION touch_events_of_deleted_tickets();
--> statement-breakpoint
CREATE PUBLICATION onsale_search FOR TABLE events, venues, performers, event_performers;
