-- What search needs of a service is made by the server (DirectoryStore.index); these were for services that were there before.
drop function index_services(text[]);
drop function trait_services(text[]);
