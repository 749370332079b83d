-- So that a sale waits before this begins and not in the midst of it: none of what follows reads a large table.
LOCK TABLE "ticket_locks", "tickets" IN ACCESS EXCLUSIVE MODE;--> statement-breakpoint
-- A sale writes each of its tickets twice, and each time into every index. Nobody asks for a seat or a status of all events, and
-- two indexes begin with the event.
DROP INDEX "tickets_event_id_idx";--> statement-breakpoint
DROP INDEX "tickets_seat_idx";--> statement-breakpoint
DROP INDEX "tickets_status_idx";--> statement-breakpoint
DROP INDEX "ticket_locks_event_uuid_idx";--> statement-breakpoint
CREATE INDEX "ticket_locks_event_uuid_owner_idx" ON "ticket_locks" USING btree ("event_uuid","owner");--> statement-breakpoint
-- Takes tickets of an event for many askers by one call, as a script does in Redis: each of the `takers` among them gets all of
-- theirs or none, and the other askers are told how their tickets stand then. `tickets`, `owners`, `tokens` and `notes` have an
-- entry a ticket, and `askers` whose it is. Two takers have no ticket in common, and no owner where `most` limits what one holds.
--
-- Returns the locks that stand in the end on what was asked for, and as `others` those that a taker's owner has besides. A
-- taker's new locks have the taker's token. A taker who is `over` the limit comes without a lock, and took nothing.
CREATE FUNCTION take_ticket_locks(
  event text, askers int[], tickets text[], owners text[], tokens text[], notes text[], takers int[], ttl_ms float8, most int
) RETURNS TABLE (
  asker int, standing text, ticket text, owner text, token text, ends_ms float8, is_held boolean, note text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  able int[];
  excessive int[] := '{}';
BEGIN
  -- Who comes too late costs one look, and waits for nobody. The others take turns by event, and look again: so nobody gets a
  -- part of what another takes, nor do two block each other.
  FOR look IN 1..2 LOOP
    able := ARRAY(
      SELECT a FROM unnest(takers) a WHERE a <> ALL (ARRAY(
        SELECT wanted.asker FROM unnest(askers, tickets, owners) wanted (asker, ticket, owner)
        JOIN public.ticket_locks l ON l.ticket_uuid = wanted.ticket
        WHERE l.expires_at > clock_timestamp()
          AND (l.owner <> wanted.owner OR coalesce(l.held_until, l.expires_at) <= clock_timestamp()))));
    EXIT WHEN cardinality(able) = 0;
    IF look = 1 THEN
      PERFORM pg_advisory_xact_lock(hashtextextended('ticket_locks ' || event, 0));
    END IF;
  END LOOP;

  IF cardinality(able) > 0 AND most > 0 THEN
    -- By this the processes of the release before count one call of an owner after the other.
    PERFORM pg_advisory_xact_lock(hashtextextended(event || ' ' || o, 0))
    FROM (SELECT DISTINCT a.owner AS o FROM unnest(askers, owners) a (asker, owner) WHERE a.asker = ANY (able) ORDER BY 1) ordered;
    RETURN QUERY
      SELECT wanted.asker, 'others', l.ticket_uuid, l.owner, l.token, 0::float8, true, l.note
      FROM (SELECT a.asker, min(a.owner) AS owner, array_agg(a.ticket) AS tickets
        FROM unnest(askers, tickets, owners) a (asker, ticket, owner) WHERE a.asker = ANY (able) GROUP BY a.asker) wanted
      JOIN public.ticket_locks l ON l.event_uuid = event AND l.owner = wanted.owner
      WHERE l.expires_at > clock_timestamp() AND l.ticket_uuid <> ALL (wanted.tickets);
    excessive := ARRAY(
      SELECT wanted.asker
      FROM (SELECT a.asker, min(a.owner) AS owner, array_agg(a.ticket) AS tickets
        FROM unnest(askers, tickets, owners) a (asker, ticket, owner) WHERE a.asker = ANY (able) GROUP BY a.asker) wanted
      WHERE cardinality(wanted.tickets) + (
          SELECT count(*) FROM public.ticket_locks l WHERE l.event_uuid = event AND l.owner = wanted.owner
            AND l.expires_at > clock_timestamp() AND l.ticket_uuid <> ALL (wanted.tickets)) > most
        -- Repeating what is held takes nothing more.
        AND cardinality(wanted.tickets) > (
          SELECT count(*) FROM public.ticket_locks l
          WHERE l.ticket_uuid = ANY (wanted.tickets) AND l.expires_at > clock_timestamp()));
    RETURN QUERY SELECT a, 'over', NULL::text, NULL::text, NULL::text, 0::float8, false, NULL::text FROM unnest(excessive) a;
  END IF;

  IF cardinality(able) > 0 THEN
    INSERT INTO public.ticket_locks AS l (ticket_uuid, event_uuid, owner, token, expires_at, note)
    SELECT wanted.ticket, event, wanted.owner, wanted.token, clock_timestamp() + ttl_ms * interval '1 millisecond', wanted.note
    FROM unnest(askers, tickets, owners, tokens, notes) wanted (asker, ticket, owner, token, note)
    WHERE wanted.asker = ANY (able) AND wanted.asker <> ALL (excessive)
    ORDER BY wanted.ticket
    ON CONFLICT (ticket_uuid) DO UPDATE
      SET event_uuid = excluded.event_uuid, owner = excluded.owner, token = excluded.token,
        expires_at = excluded.expires_at, note = excluded.note, held_until = NULL, adopted = false
      WHERE l.expires_at <= clock_timestamp();
    -- A process of the release before takes no turns, and a lock that its owner had may end just now: all is undone, and tried
    -- again.
    IF EXISTS (
      SELECT FROM unnest(askers, tickets, owners) wanted (asker, ticket, owner)
      LEFT JOIN public.ticket_locks l ON l.ticket_uuid = wanted.ticket AND l.expires_at > clock_timestamp()
      WHERE wanted.asker = ANY (able) AND wanted.asker <> ALL (excessive) AND l.owner IS DISTINCT FROM wanted.owner
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'serialization_failure', MESSAGE = 'others were faster';
    END IF;
  END IF;

  RETURN QUERY
    SELECT wanted.asker, 'stands', l.ticket_uuid, l.owner, l.token,
      (extract(epoch FROM coalesce(l.held_until, l.expires_at)) * 1000)::float8,
      coalesce(l.held_until, l.expires_at) > clock_timestamp(), l.note
    FROM unnest(askers, tickets) wanted (asker, ticket)
    JOIN public.ticket_locks l ON l.ticket_uuid = wanted.ticket
    WHERE l.expires_at > clock_timestamp();
END $$;
