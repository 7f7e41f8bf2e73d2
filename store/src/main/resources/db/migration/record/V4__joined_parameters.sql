-- Parameters that find what others find together are answered by the rows of those: Observation's combo-code, combo-value-concept,
-- combo-data-absent-reason and combo-value-quantity (also in base units). Their own rows are read no more.

delete from idx_tok where sp in (1461915697, -274345561, 1489796977);
delete from word where sp in (1461915697, -274345561, 1489796977);
delete from idx_qty where sp in (468291957, -512298714);
