-- What is soon useless goes first: among many thousands waiting, the few that go next are found without sorting them all.
CREATE INDEX mail_order ON mail (useless_after) WHERE state = 'WAITING';
DROP INDEX mail_due;
