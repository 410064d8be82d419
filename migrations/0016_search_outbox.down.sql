drop table search.findings;
