package health.weft.trail;

import org.jspecify.annotations.Nullable;

/** What the trail's actions are called in AuditEvent: its type, subtype and action (R4, 6.5; BALP 1.1, 3:5.7). Named as {@code Audit.Action}. */
enum Act {
    READ("R", Code.REST, Code.rest("read")),
    SEARCH("E", Code.REST, Code.rest("search")),
    HISTORY("R", Code.REST, Code.rest("history")),
    CREATE("C", Code.REST, Code.rest("create")),
    UPDATE("U", Code.REST, Code.rest("update")),
    DELETE("D", Code.REST, Code.rest("delete")),
    EXPORT("R", Code.dicom("110106", "Export"), null),
    REFUSED("E", Code.dicom("110113", "Security Alert"), Code.dicom("110132", "Use of Restricted Function")),
    BREAK_GLASS("E", Code.dicom("110113", "Security Alert"), Code.dicom("110127", "Emergency Override Started")),
    SIGN_IN("E", Code.dicom("110114", "User Authentication"), Code.dicom("110122", "Login")),
    SIGN_IN_REFUSED("E", Code.dicom("110114", "User Authentication"), Code.dicom("110122", "Login")),
    SIGN_OUT("E", Code.dicom("110114", "User Authentication"), Code.dicom("110123", "Logout")),
    APP("E", Code.dicom("110113", "Security Alert"), Code.dicom("110136", "Security Roles Changed")),
    TOKEN("E", Code.dicom("110114", "User Authentication"), null);

    private final String action;
    private final Code type;
    private final @Nullable Code subtype;

    Act(String action, Code type, @Nullable Code subtype) {
        this.action = action;
        this.type = type;
        this.subtype = subtype;
    }

    String action() {
        return action;
    }

    Code type() {
        return type;
    }

    @Nullable
    Code subtype() {
        return subtype;
    }
}
