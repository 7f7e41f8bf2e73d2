package health.weft.ui;

/** One of the demonstration's people on the sign-in page; the role is in words. */
public record SignInPerson(String username, String name, String role, String organisation) {}
