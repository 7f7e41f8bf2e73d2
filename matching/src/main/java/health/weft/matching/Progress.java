package health.weft.matching;

/** Somebody who wants to know how far a long piece of work has come. */
public interface Progress {
    Progress SILENT = (what, done, total) -> {};

    void show(String what, long done, long total);
}
