-- A request or an event that ends the process that works on it would end the next one too, for good. So who works on what a process left behind
-- counts that first, and after twice it is set aside for a person.
alter table clearance_requests add column judged_times integer not null default 1;
alter table outbox add column planned_times integer not null default 0;
