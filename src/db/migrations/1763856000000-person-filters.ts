import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What filters ask for (API OP-24), with an index behind each. Texts are stored as they are compared (neither case nor
 * accents), so collation "C" does, and one index serves equality and prefixes with no extension. Indexes leave out
 * nulls: most people have few of these properties, and what is not there costs nothing. Columns that many people of an
 * org share carry the order of the list, so that a page is read and not sorted. Rows from before have none of the new
 * columns until `tributary rebuild`.
 */
const PERSON_FILTERS = `
alter table persons
  add column first_name text collate "C", add column last_name text collate "C", add column full_name text collate "C",
  add column title text collate "C", add column company_name text collate "C", add column company_domain text collate "C",
  add column country text collate "C", add column linkedin_url text collate "C", add column tags text[] collate "C",
  alter column source type text collate "C";
create index persons_by_first_name on persons (org_id, first_name) where first_name is not null;
create index persons_by_last_name on persons (org_id, last_name) where last_name is not null;
create index persons_by_full_name on persons (org_id, full_name) where full_name is not null;
create index persons_by_linkedin_url on persons (org_id, linkedin_url) where linkedin_url is not null;
create index persons_by_title on persons (org_id, title, created_at, id) where title is not null;
create index persons_by_company_name on persons (org_id, company_name, created_at, id) where company_name is not null;
create index persons_by_company_domain on persons (org_id, company_domain, created_at, id)
  where company_domain is not null;
create index persons_by_country on persons (org_id, country, created_at, id) where country is not null;
create index persons_by_source on persons (org_id, source, created_at, id);
create index persons_by_tags on persons using gin (tags) where tags is not null;
create table person_findings (
  org_id text not null, person_id uuid not null, has_email boolean not null, has_phone boolean not null,
  last_enriched_at timestamptz not null, partition smallint not null, seq bigint not null,
  primary key (org_id, person_id)
) with (fillfactor = 80);
create index person_findings_emails on person_findings (org_id, person_id) where has_email;
create index person_findings_phones on person_findings (org_id, person_id) where has_phone;
create index person_findings_by_time on person_findings (org_id, last_enriched_at);`;

const UNDO = `
drop table person_findings;
drop index persons_by_source;
alter table persons
  drop column first_name, drop column last_name, drop column full_name, drop column title, drop column company_name,
  drop column company_domain, drop column country, drop column linkedin_url, drop column tags;`;

export class PersonFilters1763856000000 implements MigrationInterface {
  readonly name = 'PersonFilters1763856000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PERSON_FILTERS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(UNDO);
  }
}
