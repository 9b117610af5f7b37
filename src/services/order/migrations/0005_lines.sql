-- Each line has quantities of its own: of the units ordered, some are being refunded and some are canceled. Hosts of the
-- version before store the state of a line only; it is read as all of its units.
ALTER TABLE order_line ADD COLUMN canceling integer NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN canceled integer NOT NULL DEFAULT 0;
-- The share of these units in what was paid for the line.
ALTER TABLE order_line ADD COLUMN canceled_amount bigint NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD CONSTRAINT order_line_units
  CHECK (canceling >= 0 AND canceled >= 0 AND canceling + canceled <= quantity) NOT VALID;
-- How the price of a line came about and who bears what. Of lines from before nothing was taken off: NULL.
ALTER TABLE order_line ADD COLUMN allocation jsonb;
ALTER TABLE order_line ADD CONSTRAINT order_line_allocation CHECK (allocation IS NULL OR (
  (allocation ->> 'gross')::bigint = quantity * unit_price
  AND (allocation ->> 'payment')::bigint = (allocation ->> 'gross')::bigint - (allocation ->> 'policy')::bigint
    - (allocation ->> 'itemCoupon')::bigint - (allocation ->> 'orderCoupon')::bigint - (allocation ->> 'points')::bigint
  AND (allocation ->> 'taxFree')::bigint BETWEEN 0 AND (allocation ->> 'payment')::bigint) IS TRUE) NOT VALID;
ALTER TABLE order_line ADD CONSTRAINT order_line_canceled_amount
  CHECK (canceled_amount BETWEEN 0 AND coalesce((allocation ->> 'payment')::bigint, quantity * unit_price)) NOT VALID;

-- What is paid beside the lines, such as shipping, each with its amount and its allocation.
ALTER TABLE orders ADD COLUMN charges jsonb NOT NULL DEFAULT '[]';

-- Lines could be canceled only as a whole, and with all others of their order.
UPDATE order_line SET canceled = quantity WHERE status = 'CANCELED';
UPDATE order_line SET canceling = quantity, canceled_amount = quantity * unit_price WHERE status = 'CANCEL_REQUESTED';
