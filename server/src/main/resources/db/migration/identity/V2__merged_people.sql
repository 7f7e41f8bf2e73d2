-- Who was merged into a person: asked whenever one is merged or deleted.
create index person_merged_into on person (merged_into) where merged_into is not null;
