-- Which items their owner wants to order. Whoever adds one wants it; an older process, which knows of no choice, as well.
ALTER TABLE cart_item ADD COLUMN chosen boolean NOT NULL DEFAULT true;
