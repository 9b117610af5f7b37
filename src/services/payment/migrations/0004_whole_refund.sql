-- A refund of all that is left of its payment: when money was given back without us meanwhile, its amount follows.
ALTER TABLE refund ADD COLUMN whole boolean NOT NULL DEFAULT false;
