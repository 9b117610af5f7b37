-- Roles are declared by services: which there are is no longer known here. What nobody declares grants nothing.
ALTER TABLE staff_role
  DROP CONSTRAINT staff_role_role_check,
  ADD CONSTRAINT staff_role_name_check CHECK (role ~ '^[a-z][a-z0-9_]{0,39}$');
