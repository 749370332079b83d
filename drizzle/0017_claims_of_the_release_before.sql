-- A process of the release before, beside newer ones, knows neither the status of an event nor what is held back, and writes no
-- event beside its orders: by that such an order is told apart, and looked at when its statement has claimed its tickets. It
-- is refused where newer processes would refuse it; otherwise it learns its event, and the rates at which its seats are held.
CREATE FUNCTION follow_claim_without_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE its record;
BEGIN
  SELECT e.id, e.status, string_agg(t.seat, ', ') FILTER (WHERE t.hold_back_id IS NOT NULL) AS held_back INTO its
  FROM public.order_tickets l JOIN public.tickets t ON t.id = l.ticket_id JOIN public.events e ON e.id = t.event_id
  WHERE l.order_id = NEW.id GROUP BY e.id ORDER BY e.id LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF its.status NOT IN ('published', 'rescheduled') THEN
    RAISE EXCEPTION USING
      ERRCODE = 'check_violation', TABLE = 'orders', COLUMN = 'event_id', CONSTRAINT = 'orders_event_on_sale_check',
      MESSAGE = format('the event of order %s is %s: nothing of it is sold', NEW.uuid, its.status),
      HINT = 'End the processes of the release before.';
  END IF;
  IF its.held_back IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'check_violation', TABLE = 'orders', COLUMN = 'event_id', CONSTRAINT = 'orders_held_back_check',
      MESSAGE = format('order %s has seats that are held back: %s', NEW.uuid, left(its.held_back, 100)),
      HINT = 'End the processes of the release before.';
  END IF;
  UPDATE public.orders SET event_id = its.id WHERE id = NEW.id;
  UPDATE public.order_tickets l SET rate_id = held.rate_id FROM public.reservation_tickets held
  WHERE l.order_id = NEW.id AND held.token = l.token AND held.ticket_id = l.ticket_id AND held.rate_id IS NOT NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER orders_claim_without_event AFTER INSERT ON orders FOR EACH ROW
  WHEN (NEW.event_id IS NULL AND NEW.status = 'pending') EXECUTE FUNCTION follow_claim_without_event();
