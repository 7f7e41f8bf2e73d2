// Compiles weft.scss to target/classes/static/assets/weft.css. Run by Maven in process-resources (see server/pom.xml).
// Does nothing when no .scss file is newer than the sheet that stands.
import com.sass_lang.embedded_protocol.OutputStyle
import de.larsgrefer.sass.embedded.SassCompilerFactory
import java.util.zip.ZipFile

File base = project.basedir
File sheet = new File(project.build.outputDirectory, 'static/assets/weft.css')
File scss = new File(base, 'src/main/scss')
File components = new File(base, 'src/main/jte/component')

long newest = new File(base, 'pom.xml').lastModified()
[scss, components].each { dir ->
    dir.eachFileRecurse { file ->
        if (file.name.endsWith('.scss') || file.name.endsWith('.groovy')) newest = Math.max(newest, file.lastModified())
    }
}
if (sheet.exists() && sheet.lastModified() > newest) return

// The Sass sources of GOV.UK Frontend come out of its WebJar.
File webjars = new File(project.build.directory, 'webjars')
def jar = project.artifacts.find { it.artifactId == 'govuk-frontend' }
String prefix = "META-INF/resources/webjars/govuk-frontend/${jar.version}/dist/"
new ZipFile(jar.file).withCloseable { zip ->
    zip.entries().findAll { it.name.startsWith(prefix) && it.name.endsWith('.scss') }.each { entry ->
        File target = new File(webjars, entry.name.substring(prefix.length()))
        target.parentFile.mkdirs()
        target.bytes = zip.getInputStream(entry).bytes
    }
}

def font = project.artifacts.find { it.artifactId == 'fontsource__source-sans-pro' }
String start = "\$weft-fonts: \"/webjars/fontsource__source-sans-pro/${font.version}/files/source-sans-pro-latin\";\n"
SassCompilerFactory.bundled().withCloseable { sass ->
    sass.loadPaths = [scss, components, webjars]
    sass.outputStyle = OutputStyle.COMPRESSED
    sass.quietDeps = true
    ['import', 'global-builtin', 'color-functions', 'mixed-decls', 'if-function', 'slash-div'].each { sass.addSilenceDeprecation(it) }
    sheet.parentFile.mkdirs()
    sheet.setText(sass.compileScssString(start + new File(scss, 'weft.scss').getText('UTF-8')).css, 'UTF-8')
}
log.info("weft.css ${sheet.length()} bytes")
