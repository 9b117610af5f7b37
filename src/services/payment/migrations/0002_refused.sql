-- Attempts that we turned down ourselves are forgotten after a while.
CREATE INDEX payment_refused ON payment (created_at) WHERE state = 'REFUSED';
