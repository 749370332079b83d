import schema from './0000_schema.sql' with { type: 'text' };
import seatsAndChanges from './0001_seats_and_changes.sql' with { type: 'text' };
import reservations from './0002_reservations.sql' with { type: 'text' };
import orders from './0003_orders.sql' with { type: 'text' };
import refunds from './0004_refunds.sql' with { type: 'text' };
import payments from './0005_payments.sql' with { type: 'text' };
import stripeRefunds from './0006_stripe_refunds.sql' with { type: 'text' };
import saleRules from './0007_sale_rules.sql' with { type: 'text' };
import guards from './0008_guards.sql' with { type: 'text' };
import locksAndIndexes from './0009_locks_and_indexes.sql' with { type: 'text' };
import organisers from './0010_organisers.sql' with { type: 'text' };
import eventsOfOrganisers from './0011_events_of_organisers.sql' with { type: 'text' };
import placesOfTickets from './0012_places_of_tickets.sql' with { type: 'text' };
import codesOfReservations from './0013_codes_of_reservations.sql' with { type: 'text' };
import ratesOfReservations from './0014_rates_of_reservations.sql' with { type: 'text' };
import eventsOfOrders from './0015_events_of_orders.sql' with { type: 'text' };
import ratesOfOrders from './0016_rates_of_orders.sql' with { type: 'text' };
import claimsOfTheReleaseBefore from './0017_claims_of_the_release_before.sql' with { type: 'text' };
import failedRefunds from './0018_failed_refunds.sql' with { type: 'text' };
import failedRefundsChecked from './0019_failed_refunds_checked.sql' with { type: 'text' };
import journal from './meta/_journal.json' with { type: 'json' };

/** The SQL of each migration by its tag; imported as text, so that it travels inside a compiled binary. */
export const migrationSql: Record<string, string> = {
  '0000_schema': schema,
  '0001_seats_and_changes': seatsAndChanges,
  '0002_reservations': reservations,
  '0003_orders': orders,
  '0004_refunds': refunds,
  '0005_payments': payments,
  '0006_stripe_refunds': stripeRefunds,
  '0007_sale_rules': saleRules,
  '0008_guards': guards,
  '0009_locks_and_indexes': locksAndIndexes,
  '0010_organisers': organisers,
  '0011_events_of_organisers': eventsOfOrganisers,
  '0012_places_of_tickets': placesOfTickets,
  '0013_codes_of_reservations': codesOfReservations,
  '0014_rates_of_reservations': ratesOfReservations,
  '0015_events_of_orders': eventsOfOrders,
  '0016_rates_of_orders': ratesOfOrders,
  '0017_claims_of_the_release_before': claimsOfTheReleaseBefore,
  '0018_failed_refunds': failedRefunds,
  '0019_failed_refunds_checked': failedRefundsChecked,
};

/** drizzle-kit's journal: the migrations in order. */
export const migrationJournal = journal.entries;
