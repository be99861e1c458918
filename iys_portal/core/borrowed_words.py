"""Words of libraries that our pages show and our catalogues say in our own way.

Django looks into `locale/` before a library's catalogue, so an entry there wins. The libraries' Turkish says "şifre"
where ours says "parola", leaves values out, begins headings with a small letter, or is missing; their English says
"email" where ours says "e-mail".
Nothing imports this module: `makemessages` reads it. When a library is updated, compare the texts with its sources.
"""

from django.utils.translation import gettext_noop

ALLAUTH = (
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("Current Password"),
    gettext_noop("Email"),
    gettext_noop("Email address"),
    gettext_noop("Incorrect code."),
    gettext_noop("Incorrect password."),
    gettext_noop("Invalid or expired key."),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Password (again)"),
    gettext_noop("Please type your current password."),
    gettext_noop("Remember Me"),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("The new value must be different from the current one."),
    gettext_noop("The password reset token was invalid."),
    gettext_noop("This account is currently inactive."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use your password"),
    gettext_noop("You cannot deactivate two-factor authentication."),
    gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Your primary email address must be verified."),
)

DJANGO_ADMIN = (
    gettext_noop("Add %(name)s"),
    gettext_noop("Add %s"),
    gettext_noop("Change %s"),
    gettext_noop("Log out"),
    gettext_noop("My actions"),
    gettext_noop("None available"),
    gettext_noop("Recent actions"),
    gettext_noop("Save and add another"),
    gettext_noop("View %s"),
    gettext_noop("View site"),
    gettext_noop("Welcome,"),
)

IMPORT_EXPORT = (
    gettext_noop(
        "Below is a preview of data to be imported. If you are satisfied with the results, click 'Confirm import'"
    ),
    gettext_noop("Confirm import"),
    gettext_noop("Export selected %(verbose_name_plural)s"),
    gettext_noop("File to import"),
    gettext_noop("Import finished: {} new, {} updated, {} deleted and {} skipped {}."),
    gettext_noop("No valid data to import. Ensure your file has the correct headers or data for import."),
    gettext_noop("Preview"),
    gettext_noop('Select at least 1 field for "%(resource_name)s" to export'),
    gettext_noop("This importer will import the following fields: "),
)
